"""What a user's own tests may stand on: fakes that are part of the product."""
