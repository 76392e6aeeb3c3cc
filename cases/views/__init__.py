"""The pages of the room, by what they are about. Door, form, deed, next page."""
