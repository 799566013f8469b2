"""From images and label maps to what a network takes, and back."""
