#include "codec/dns_message.hpp"

#include "codec/dns_name.hpp"
#include "codec/dns_record_text.hpp"
#include "codec/dns_wire.hpp"
#include "codec/wire.hpp"
#include "core/ascii.hpp"

namespace muster::codec {
namespace {

constexpr std::size_t record_head_bytes = 10;  // type, class, TTL and the data's length

void append_u16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value);
}

/// Where a record's data lies, and what stands before it.
struct record_head {
  std::size_t end = 0;  ///< Of the record.
  std::uint32_t ttl_s = 0;
  dns_data data;
};

/// Reads the record at `at`, its name into `name`; nothing when it does not lie in the message.
std::optional<record_head> read_record_head(std::span<const std::byte> message, std::size_t at,
                                            std::string& name) {
  name.clear();
  const auto after_name = read_dns_name(message, at, name);
  if (!after_name || message.size() - *after_name < record_head_bytes) return std::nullopt;
  record_head head;
  head.data.type = read_u16(message, *after_name);
  head.data.record_class = read_u16(message, *after_name + 2);
  head.ttl_s = read_u32(message, *after_name + 4);
  head.data.bytes = read_u16(message, *after_name + 8);
  head.data.at = *after_name + record_head_bytes;
  if (message.size() - head.data.at < head.data.bytes) return std::nullopt;
  head.end = head.data.at + head.data.bytes;
  return head;
}

/// Takes a message apart, section by section.
class message_reader {
 public:
  message_reader(std::span<const std::byte> message, dns_message& into)
      : message_{message}, into_{into} {}

  bool skip_questions() {
    for (unsigned left = read_u16(message_, 4); left > 0; --left) {
      record_.name.clear();
      const auto end = read_dns_name(message_, at_, record_.name);
      if (!end || message_.size() - *end < dns_wire::question_tail_bytes) return false;
      at_ = *end + dns_wire::question_tail_bytes;
    }
    return true;
  }
  bool read_answers(const dns_record_consumer& on_record) {
    return each(into_.answers, [&](const record_head& head) {
      begin_record(head);
      if (!append_dns_data(record_.data, message_, head.data)) return false;
      on_record(dns_section::answer, record_);
      return note_serial(head.data);
    });
  }
  bool read_authority(const dns_record_consumer& on_record) {
    return each(into_.authority, [&](const record_head& head) {
      begin_record(head);
      append_dns_data_or_bytes(head.data);
      on_record(dns_section::authority, record_);
      return note_serial(head.data);
    });
  }
  bool read_additional(const dns_record_consumer& on_record) {
    return each(into_.additional, [&](const record_head& head) {
      // The upper bits of the response code stand where others have their TTL (RFC 6891, 6.1.3).
      if (head.data.type == dns_type::opt) {
        into_.rcode = static_cast<std::uint16_t>(into_.rcode | head.ttl_s >> 24 << 4);
        return true;
      }
      begin_record(head);
      append_dns_data_or_bytes(head.data);
      on_record(dns_section::additional, record_);
      return true;
    });
  }

 private:
  template <typename Take>
  bool each(unsigned count, Take take) {
    for (; count > 0; --count) {
      const auto head = read_record_head(message_, at_, record_.name);
      if (!head || !take(*head)) return false;
      at_ = head->end;
    }
    return true;
  }
  void begin_record(const record_head& head) {
    record_.type = head.data.type;
    record_.record_class = head.data.record_class;
    record_.ttl_s = head.ttl_s;
    record_.data.clear();
  }
  void append_dns_data_or_bytes(const dns_data& data) {
    if (append_dns_data(record_.data, message_, data)) return;
    record_.data.clear();
    append_dns_bytes(record_.data, message_, data);
  }
  /// The serial comes after two names, the first of five numbers.
  bool note_serial(const dns_data& data) {
    if (data.type != dns_type::soa || data.record_class != dns_wire::class_internet) return true;
    constexpr std::size_t numbers_bytes = 20;
    const auto whole = message_.first(data.at + data.bytes);
    std::string ignored;
    auto end = read_dns_name(whole, data.at, ignored);
    if (end) end = read_dns_name(whole, *end, ignored);
    if (!end || whole.size() - *end != numbers_bytes) return false;
    if (!into_.serial) into_.serial = read_u32(whole, *end);
    return true;
  }

  const std::span<const std::byte> message_;
  dns_message& into_;
  std::size_t at_ = dns_wire::header_bytes;
  dns_record record_;
};

}  // namespace

std::string dns_question_message(std::uint16_t id, const dns_question& question, bool recursion) {
  std::string out;
  append_u16(out, id);
  append_u16(out, recursion ? dns_wire::recursion_desired_bit : 0);
  for (const unsigned count : {1U, 0U, 0U, 1U})
    append_u16(out, count);
  out += question.name;
  append_u16(out, question.type);
  append_u16(out, question.record_class);
  // The record of EDNS: the root's name, its type, the size, no flags, no options.
  out += '\0';
  append_u16(out, dns_type::opt);
  append_u16(out, dns_datagram_bytes_max);
  out.append(6, '\0');
  return out;
}

bool answers_dns_question(std::span<const std::byte> message, std::uint16_t id,
                          const dns_question& question) {
  if (message.size() < dns_wire::header_bytes || read_u16(message, 0) != id) return false;
  const unsigned flags = read_u16(message, 2);
  if ((flags & dns_wire::response_bit) == 0 || (flags & dns_wire::opcode_bits) != 0) return false;
  const unsigned questions = read_u16(message, 4);
  if (questions == 0) return (flags & dns_wire::rcode_bits) != 0;
  std::string name;
  const auto end = read_dns_name(message, dns_wire::header_bytes, name);
  if (questions != 1 || !end || message.size() - *end < dns_wire::question_tail_bytes) return false;
  // In a message of its own the name that was asked for reads as this one has to.
  const std::string asked = dns_question_message(id, question, false);
  std::string asked_name;
  (void)read_dns_name(std::as_bytes(std::span{asked}), dns_wire::header_bytes, asked_name);
  return equal_ignoring_case(name, asked_name) && read_u16(message, *end) == question.type &&
         read_u16(message, *end + 2) == question.record_class;
}

std::optional<dns_message> read_dns_header(std::span<const std::byte> message) {
  if (message.size() < dns_wire::header_bytes) return std::nullopt;
  const unsigned flags = read_u16(message, 2);
  dns_message out;
  out.rcode = static_cast<std::uint16_t>(flags & dns_wire::rcode_bits);
  out.authoritative = (flags & dns_wire::authoritative_bit) != 0;
  out.truncated = (flags & dns_wire::truncated_bit) != 0;
  out.recursion_desired = (flags & dns_wire::recursion_desired_bit) != 0;
  out.recursion_available = (flags & dns_wire::recursion_available_bit) != 0;
  out.authentic = (flags & dns_wire::authentic_bit) != 0;
  out.answers = read_u16(message, 6);
  out.authority = read_u16(message, 8);
  out.additional = read_u16(message, 10);
  return out;
}

std::optional<dns_message> read_dns_message(std::span<const std::byte> message,
                                            const dns_record_consumer& on_record) {
  auto out = read_dns_header(message);
  if (!out) return std::nullopt;
  message_reader reader{message, *out};
  const bool is_whole = reader.skip_questions() && reader.read_answers(on_record) &&
                        reader.read_authority(on_record) && reader.read_additional(on_record);
  return is_whole ? out : std::nullopt;
}

}  // namespace muster::codec
