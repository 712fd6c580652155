"""What published weeks came to, kept in small tables so that no page counts visits in a request."""
