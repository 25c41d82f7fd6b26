"""Programs that run on a camera, a video or pictures: sources, the loop, views, the overlay, recordings and results."""
