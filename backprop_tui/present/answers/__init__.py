"""What the network answers to every sample, and over the plane of two inputs."""
