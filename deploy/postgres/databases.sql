-- One database for each service. Runs once, when the server's data folder is made.
CREATE DATABASE profiles;
CREATE DATABASE booking;
CREATE DATABASE notifications;
CREATE DATABASE content;
