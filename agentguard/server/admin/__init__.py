"""What an administrator does and asks at the endpoint's own machine."""
