"""What leaves quizapp for other programs and for paper."""
