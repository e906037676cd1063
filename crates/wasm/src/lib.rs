//! Bellwether in a browser.
