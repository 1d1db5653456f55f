"""What all pages share: layout, forms, maps, static files."""
