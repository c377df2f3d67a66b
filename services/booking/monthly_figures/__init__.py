"""Monthly figures: consultations counted by month, for specialists and for publication."""
