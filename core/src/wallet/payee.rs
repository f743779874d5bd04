//! Who is paid: looked up, checked, remembered.
