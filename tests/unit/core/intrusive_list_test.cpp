#include "muster/detail/intrusive_list.hpp"

#include "support/catch.hpp"

#include <string>

using namespace muster;

namespace {

struct item : list_hook {
  explicit item(char name_) : name{name_} {}
  char name;
};

std::string drain(intrusive_list<item>& list) {
  std::string names;
  while (!list.empty())
    names += list.pop_front().name;
  return names;
}

}  // namespace

TEST_CASE("elements come out in order, and leave by themselves") {
  intrusive_list<item> list;
  item a{'a'}, c{'c'};
  {
    item b{'b'};
    list.push_back(a);
    list.push_back(b);
    list.push_back(c);
    CHECK(b.linked());
  }
  CHECK(list.front().name == 'a');
  CHECK(drain(list) == "ac");
  CHECK_FALSE(a.linked());
  a.unlink();
}

TEST_CASE("an element can be put in front, or in its place") {
  intrusive_list<item> list;
  item a{'a'}, b{'b'}, c{'c'}, d{'d'};
  const auto by_name = [](const item& x, const item& y) { return x.name < y.name; };
  list.insert_ordered(b, by_name);
  list.insert_ordered(d, by_name);
  list.insert_ordered(c, by_name);
  list.push_front(a);
  CHECK(drain(list) == "abcd");
}

TEST_CASE("a list takes over all elements of another") {
  intrusive_list<item> first, second, empty;
  item a{'a'}, b{'b'}, c{'c'};
  first.push_back(a);
  second.push_back(b);
  second.push_back(c);
  first.splice_back(second);
  first.splice_back(empty);
  CHECK(second.empty());
  CHECK(drain(first) == "abc");
}

TEST_CASE("elements may leave a list, and others come, while it is visited") {
  intrusive_list<item> list;
  item a{'a'}, b{'b'}, c{'c'}, d{'d'};
  list.push_back(a);
  list.push_back(b);
  list.push_back(c);
  std::string visited;
  list.visit_once([&](item& one) {
    visited += one.name;
    if (one.name == 'a') list.push_back(d);
    if (one.name == 'b') one.unlink();
  });
  CHECK(visited == "abc");
  CHECK(drain(list) == "adc");
}

TEST_CASE("elements outlive their list") {
  item a{'a'};
  {
    intrusive_list<item> list;
    list.push_back(a);
  }
  CHECK_FALSE(a.linked());
}
