"""Office memoranda, letters and orders, from text to PDF to distribution."""
