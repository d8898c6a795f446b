"""The inside of the fake cloud's process; a test drives it through `eventstack.testing.fake_cloud`."""
