#include "engine/outcome/endpoint.hpp"

#include <string>

#include "engine/numeric/errors.hpp"
#include "engine/study/endpoints.hpp"

namespace vcohort {

namespace {

std::string_view description_of(EndpointId id) {
  switch (id) {
    case EndpointId::gmfm66:
      return "Gross Motor Function Measure, 66 items, observed at the visit";
    case EndpointId::gmfm88:
      return "Gross Motor Function Measure, 88 items, by the crosswalk from GMFM-66";
    case EndpointId::standing:
      return "GMFM dimension D, standing, raw score";
    case EndpointId::walking:
      return "GMFM dimension E, walking, raw score";
    case EndpointId::adl:
      return "activities of daily living";
    case EndpointId::fine_motor:
      return "Fine Motor Function Measure";
    case EndpointId::sociability:
      return "social skills";
    case EndpointId::adaptability:
      return "life adaptability";
    case EndpointId::expressive_language:
      return "expressive ability";
    case EndpointId::sleep:
      return "Sleep Disturbance Scale for Children; lower is better";
    case EndpointId::drooling_frequency_cured:
      return "no drooling by frequency and severity, among children who drool at baseline";
    case EndpointId::drooling_weight_cured:
      return "no drooling by weight of saliva, among children who drool at baseline";
    case EndpointId::drooling_quotient_cured:
      return "no drooling by drooling quotient, among children who drool at baseline";
    case EndpointId::drooling_effective:
      return "less drooling, among children who drool at baseline";
    case EndpointId::cgi_i:
      return "Clinical Global Impression of improvement, 1 very much improved to 7; lower is better";
  }
  throw InternalError("an endpoint without description");
}

std::string domain_name(int domain) {
  return std::string(endpoint_names()[static_cast<std::size_t>(domain) + 2]);
}

}  // namespace

std::string_view Endpoint::name() const {
  return endpoint_names()[static_cast<std::size_t>(id)];
}

Endpoint endpoint_named(std::string_view name, const ParameterValues& values) {
  for (int k = 0; k < endpoints; ++k) {
    if (endpoint_names()[static_cast<std::size_t>(k)] != name) continue;
    Endpoint endpoint;
    endpoint.id = static_cast<EndpointId>(k);
    endpoint.description = description_of(endpoint.id);
    endpoint.units = "points";
    if (endpoint.is_domain()) {
      endpoint.minimum = values.at("domain.minimum." + std::string(name));
      endpoint.maximum = values.at("domain.maximum." + std::string(name));
      endpoint.lower_is_better = values.at("domain.lower_is_better." + std::string(name)) > 0;
    } else if (endpoint.is_drooling()) {
      endpoint.kind = Endpoint::Kind::binary;
      endpoint.units = "share";
      endpoint.maximum = 1;
    } else if (endpoint.id == EndpointId::cgi_i) {
      endpoint.kind = Endpoint::Kind::ordinal;
      endpoint.units = "category";
      endpoint.minimum = 1;
      endpoint.maximum = 7;
      endpoint.lower_is_better = true;
    }
    return endpoint;
  }
  throw InvalidInput(
      explain("unknown endpoint '" + std::string(name) + "'", "", "use one of those that `vcohort schema` lists"));
}

DomainParameters::DomainParameters(const ParameterValues& values) {
  for (int d = 0; d < scored_domains; ++d) {
    const std::string suffix = "." + domain_name(d);
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
