"""The site's words in Kazakh and Russian, its formats, and the scripts' strings of the admin."""
