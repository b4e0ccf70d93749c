"""The untrusted side: it builds the student's objects, runs cases and sends numbers back."""
