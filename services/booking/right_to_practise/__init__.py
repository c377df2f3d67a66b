"""What happens to consultations when a specialist loses or regains the right to practise."""
