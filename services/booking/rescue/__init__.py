"""Rescue: times with other specialists for clients whose specialist cancelled or missed."""
