"""Whether consultations took place."""
