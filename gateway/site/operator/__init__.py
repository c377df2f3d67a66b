"""What the operator of the site replaces: texts and a logo."""
