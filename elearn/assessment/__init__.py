"""Attempts at quizzes: drawing, responses, results."""
