#include "targets/target_range.hpp"

namespace muster {

void target_range::drop_through(ip_address last) {
  auto& block = std::get<address_block>(members_);
  if (last >= block.last) {
    size_ = 0;
    return;
  }
  block.first = last.plus(1);
  size_ = block.size();
}

void target_range::set_parameters(std::shared_ptr<const target_parameters> parameters) {
  if (auto* single = std::get_if<target>(&members_)) {
    *single = single->with(std::move(parameters));
  } else {
    traits_.parameters = std::move(parameters);
  }
}

target target_range::annotated_member(ip_address address) const {
  std::string host = address.to_string();
  if (!traits_.zone.empty()) host += '%' + traits_.zone;
  target_text text;
  text.parameters = traits_.parameters;
  if (traits_.port == 0) {
    text.text = std::move(host);
  } else {
    text.text = address.is_v6() ? '[' + host + ']' : std::move(host);
    text.text += ':' + std::to_string(traits_.port);
  }
  const target_form form = traits_.port == 0 ? target_form::address : target_form::host_port;
  target out{form, address, traits_.port, std::move(text), of_range_};
  out.set_scope(traits_.scope);
  return out;
}

}  // namespace muster
