#pragma once

#include <cassert>

namespace muster {

/// A place in an `intrusive_list`. Leaves its list when it is destroyed, so an object that dies is
/// never found by whoever walks the list.
class list_hook {
 public:
  list_hook() = default;
  list_hook(const list_hook&) = delete;
  list_hook& operator=(const list_hook&) = delete;
  ~list_hook() { unlink(); }

  bool linked() const { return next_ != nullptr; }
  void unlink() {
    if (!linked()) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = nullptr;
  }

 private:
  template <class>
  friend class intrusive_list;
  list_hook* next_ = nullptr;
  list_hook* previous_ = nullptr;
};

/// A doubly linked list of objects that derive from `list_hook`. It owns nothing and allocates
/// nothing; an element can leave without knowing which list it is in.
template <class T>
class intrusive_list {
 public:
  intrusive_list() { head_.next_ = head_.previous_ = &head_; }
  intrusive_list(const intrusive_list&) = delete;
  intrusive_list& operator=(const intrusive_list&) = delete;
  ~intrusive_list() {
    while (!empty())
      pop_front();
  }

  bool empty() const { return head_.next_ == &head_; }
  T& front() {
    assert(!empty());
    return static_cast<T&>(*head_.next_);
  }
  const T& front() const {
    assert(!empty());
    return static_cast<const T&>(*head_.next_);
  }
  T& pop_front() {
    T& element = front();
    static_cast<list_hook&>(element).unlink();
    return element;
  }
  void push_back(T& element) { insert_before(head_, element); }
  void push_front(T& element) { insert_before(*head_.next_, element); }
  /// Puts `element` behind the last one that does not come after it, as `before(a, b)` tells: a
  /// push to the back when elements come in order, and a walk from the back when they do not.
  template <class Before>
  void insert_ordered(T& element, Before before) {
    list_hook* place = &head_;
    while (place->previous_ != &head_ && before(element, static_cast<T&>(*place->previous_))) {
      place = place->previous_;
    }
    insert_before(*place, element);
  }
  /// Moves all elements of `other` to the end of this list, in O(1).
  void splice_back(intrusive_list& other) {
    if (other.empty()) return;
    list_hook* first = other.head_.next_;
    list_hook* last = other.head_.previous_;
    other.head_.next_ = other.head_.previous_ = &other.head_;
    first->previous_ = head_.previous_;
    head_.previous_->next_ = first;
    last->next_ = &head_;
    head_.previous_ = last;
  }

  /// Calls `act` for each element that is in the list now. It is at the list's end by then, and may
  /// leave, and vanish, within the call; whatever comes into the list meanwhile is not called for.
  template <class Act>
  void visit_once(Act act) {
    intrusive_list pending;
    pending.splice_back(*this);
    while (!pending.empty()) {
      T& element = pending.pop_front();
      push_back(element);
      act(element);
    }
  }

 private:
  static void insert_before(list_hook& place, list_hook& element) {
    assert(!element.linked());
    element.next_ = &place;
    element.previous_ = place.previous_;
    place.previous_->next_ = &element;
    place.previous_ = &element;
  }

  list_hook head_;
};

}  // namespace muster
