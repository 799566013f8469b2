"""Models, judged by items whose class or label map is known: numbers, and how sure they are."""
