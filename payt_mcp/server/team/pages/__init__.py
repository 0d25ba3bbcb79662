"""What people do in a browser: decide on what was proposed, and see which programs they let in."""
