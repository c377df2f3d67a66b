"""What each side wants next, said in private."""
