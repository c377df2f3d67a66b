"""The consultation: booking, moving, cancelling, notes, places and limits of clients."""
