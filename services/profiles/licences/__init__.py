"""What makes a specialist verified, and until when."""
