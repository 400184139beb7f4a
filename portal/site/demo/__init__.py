"""The demo: two real places, invented people, and wishes in every state and end, built through the services at past
dates. Grid boundaries are illustrative and marked as such; people, phones and stories are invented."""
