"""What a run found, for people: figures with their data, and a page that stands alone."""
