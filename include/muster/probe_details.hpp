#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace muster {

/// What only probes of one kind have to tell: an object of the kind's own type, such as
/// `icmp_details`, or none. A small one lies inside, so that it costs no allocation.
class probe_details {
 public:
  probe_details() = default;
  probe_details(probe_details&& other) noexcept { take(other); }
  probe_details& operator=(probe_details&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  ~probe_details() { reset(); }

  /// The object, when it is of this type; else nullptr.
  template <typename Details>
  const Details* get() const noexcept {
    if (is_ != &is_a<Details>) return nullptr;
    return static_cast<const Details*>(is_->object(const_cast<std::byte*>(room_)));
  }
  template <typename Details>
  Details* get() noexcept {
    return const_cast<Details*>(std::as_const(*this).get<Details>());
  }
  /// Puts a new object in the place of what is there.
  template <typename Details>
  Details& emplace(Details value = {}) {
    if constexpr (is_small<Details>) {
      reset();
      Details* const made = ::new (room_) Details(std::move(value));
      is_ = &is_a<Details>;
      return *made;
    } else {
      return adopt(std::make_unique<Details>(std::move(value)));
    }
  }
  /// Takes an object over; it is not moved.
  template <typename Details>
  Details& adopt(std::unique_ptr<Details> owned) {
    static_assert(!is_small<Details>);
    reset();
    Details* const made = owned.get();
    ::new (room_) Details*(owned.release());
    is_ = &is_a<Details>;
    return *made;
  }
  /// Gives up the object, when it is of this type; else nullptr.
  template <typename Details>
  std::unique_ptr<Details> release() {
    static_assert(!is_small<Details>);
    std::unique_ptr<Details> owned{get<Details>()};
    if (owned) is_ = nullptr;
    return owned;
  }
  bool empty() const { return is_ == nullptr; }
  void reset() {
    if (is_) is_->end(room_);
    is_ = nullptr;
  }
  /// How many bytes of text are in it, as its type says by a function `text_bytes`.
  std::size_t text_bytes() const {
    return is_ ? is_->text_bytes(is_->object(const_cast<std::byte*>(room_))) : 0;
  }

 private:
  static constexpr std::size_t room_bytes = 48;

  struct type {
    void* (*object)(std::byte* room);
    void (*move)(std::byte* from, std::byte* to);
    void (*end)(std::byte* room);
    std::size_t (*text_bytes)(const void* object);
  };

  template <typename Details>
  static constexpr bool is_small =
      // NOLINTNEXTLINE(misc-redundant-expression): takes sizeof and alignof for the same.
      sizeof(Details) <= room_bytes &&
      alignof(Details) <= alignof(void*) && std::is_trivially_copyable_v<Details>;

  template <typename Stored>
  static Stored& in(std::byte* room) {
    return *std::launder(reinterpret_cast<Stored*>(room));
  }
  template <typename Details>
  static constexpr type is_a{[](std::byte* room) -> void* {
                               if constexpr (is_small<Details>) {
                                 return &in<Details>(room);
                               } else {
                                 return in<Details*>(room);
                               }
                             },
                             [](std::byte* from, std::byte* to) {
                               if constexpr (is_small<Details>) {
                                 ::new (to) Details(in<Details>(from));
                               } else {
                                 ::new (to) Details*(in<Details*>(from));
                               }
                             },
                             [](std::byte* room) {
                               if constexpr (!is_small<Details>) delete in<Details*>(room);
                             },
                             [](const void* object) -> std::size_t {
                               if constexpr (requires(const Details& one) { one.text_bytes(); }) {
                                 return static_cast<const Details*>(object)->text_bytes();
                               } else {
                                 return 0;
                               }
                             }};

  void take(probe_details& other) {
    if (other.is_) other.is_->move(other.room_, room_);
    is_ = std::exchange(other.is_, nullptr);
  }

  const type* is_ = nullptr;
  alignas(void*) std::byte room_[room_bytes];
};

}  // namespace muster
