=== before
#[cfg(test)]
mod tests {
    #[test]
    fn an_empty_line_has_no_words() {
        assert_eq!(words(""), Vec::<&str>::new());
    }

    #[tokio::test]
    async fn a_closed_stream_ends_the_reader() {
        let reader = Reader::new(closed());
        assert!(reader.next().await.is_none());
    }
}
=== after
#[cfg(test)]
mod tests {
    #[test]
    fn an_empty_line_has_no_words() {
        assert_eq!(words(""), Vec::<&str>::new());
    }
}
=== findings
line 7: test-deleted removed, critical: The test `a_closed_stream_ends_the_reader` is gone, and nothing in this file takes its place.
