"""The programs, each readable in one sitting: what a model sees, how that is drawn, and how it is written down."""
