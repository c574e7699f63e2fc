#include "engine/outcome/endpoint.hpp"

#include <string>

#include "engine/numeric/errors.hpp"

namespace vcohort {

Endpoint endpoint_named(std::string_view name, const ParameterValues& values) {
  const Endpoint* const found = find_endpoint(name);
  if (!found) throw InternalError("no endpoint is called " + std::string(name));
  Endpoint endpoint = *found;
  if (endpoint.measure == Measure::domain_score) {
    endpoint.minimum = values.at("domain.minimum." + std::string(name));
    endpoint.maximum = values.at("domain.maximum." + std::string(name));
  }
  return endpoint;
}

DomainParameters::DomainParameters(const ParameterValues& values) {
  for (const Endpoint& endpoint : all_endpoints()) {
    if (endpoint.measure != Measure::domain_score) continue;
    const auto d = static_cast<std::size_t>(endpoint.domain);
    const std::string suffix = "." + std::string(endpoint.name);
    reference_sd[d] = values.at("domain.reference_sd" + suffix);
    motor_correlation[d] = values.at("domain.motor_correlation" + suffix);
    development[d] = values.at("domain.development" + suffix);
    retest_sd[d] = values.at("domain.retest_sd" + suffix);
    for (int level = 0; level < gmfcs_levels; ++level) {
      mean[d][level] = values.at("domain.mean" + suffix + "." + gmfcs_name(level));
      sd[d][level] = values.at("domain.sd" + suffix + "." + gmfcs_name(level));
    }
  }
}

ImpressionParameters::ImpressionParameters(const ParameterValues& values) {
  slope = values.at("cgi.slope");
  change_sd = values.at("cgi.change_sd");
  for (std::size_t k = 0; k < cut.size(); ++k) cut[k] = values.at("cgi.cut." + std::to_string(k + 1));
}

}  // namespace vcohort
