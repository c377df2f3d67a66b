"""Mail on its way out, and the links that it bears."""
