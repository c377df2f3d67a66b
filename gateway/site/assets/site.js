// Enhancements of the pages: each works without this file, too.
