//! [`Todos`]: what people have to do, in memory.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// Everybody's lists, by the id of the user. E-mail addresses change hands; this id does not.
#[derive(Default)]
pub(crate) struct Todos {
    lists: Mutex<HashMap<String, List>>,
}

#[derive(Default)]
struct List {
    last_id: u64,
    todos: Vec<Todo>,
}

#[derive(Clone, Serialize)]
pub(crate) struct Todo {
    id: u64,
    text: String,
}

/// The body of a `POST`.
#[derive(Deserialize)]
pub(crate) struct NewTodo {
    text: String,
}

impl Todos {
    pub(crate) fn of(&self, user: &str) -> Vec<Todo> {
        self.lists().get(user).map(|list| list.todos.clone()).unwrap_or_default()
    }

    pub(crate) fn add(&self, user: &str, new: NewTodo) -> Todo {
        let mut lists = self.lists();
        let list = lists.entry(user.to_owned()).or_default();
        list.last_id += 1;
        let todo = Todo { id: list.last_id, text: new.text };
        list.todos.push(todo.clone());
        todo
    }

    /// Whether it was there.
    pub(crate) fn delete(&self, user: &str, id: u64) -> bool {
        self.lists().get_mut(user).is_some_and(|list| {
            let before = list.todos.len();
            list.todos.retain(|todo| todo.id != id);
            list.todos.len() < before
        })
    }

    /// A handler that panicked left the lists as they are, and they are good.
    fn lists(&self) -> MutexGuard<'_, HashMap<String, List>> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
