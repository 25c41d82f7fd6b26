"""The operating system's side, for every part of the package: files, folders, the network, terminal and signals."""
