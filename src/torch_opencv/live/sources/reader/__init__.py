"""The process that reads a stream (`__main__`). Nothing of it is imported by the rest."""
