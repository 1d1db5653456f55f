"""What installs, starts and stops Needlework."""
