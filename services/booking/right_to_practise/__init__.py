"""What follows in booking when a specialist's right to practise ends, or comes back."""
