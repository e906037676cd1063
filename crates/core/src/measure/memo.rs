//! What later stages make of something shared, kept with it.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Things made from what they are kept with, one of each type: cards that share it make each once. A copy begins without any,
/// since what is copied is mostly changed.
#[derive(Default)]
pub(crate) struct Memo(Mutex<Vec<Arc<dyn Any + Send + Sync>>>);

impl Memo {
    /// What is kept of a type.
    pub(crate) fn get<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find_map(|made| Arc::clone(made).downcast().ok())
    }

    /// Keeps a thing; the one to use, should somebody have been faster.
    pub(crate) fn keep<T: Any + Send + Sync>(&self, made: T) -> Arc<T> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(first) = kept.iter().find_map(|made| Arc::clone(made).downcast().ok()) {
            return first;
        }
        let made = Arc::new(made);
        kept.push(Arc::clone(&made) as Arc<dyn Any + Send + Sync>);
        made
    }
}

impl Clone for Memo {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memo")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_each_type_is_kept() {
        let memo = Memo::default();
        assert_eq!(memo.get::<u8>(), None);
        assert_eq!(*memo.keep(3_u8), 3);
        assert_eq!(*memo.keep("three"), "three");
        assert_eq!(*memo.keep(4_u8), 3);
        assert_eq!(memo.get::<u8>().as_deref(), Some(&3));
        assert_eq!(memo.clone().get::<u8>(), None);
    }
}
