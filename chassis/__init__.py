"""What every service stands on: mechanism only, not a word about the business."""
