#include "oracle.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace oracle {

using nlohmann::json;

namespace {

double read_number(json const& value)
{
    if (value.is_boolean()) {
        return value.get<bool>() ? 1 : 0;
    }
    if (!value.is_string()) {
        return value.get<double>();
    }
    auto const text = value.get<std::string>();
    if (text == "inf" || text == "-inf") {
        auto const infinity = std::numeric_limits<double>::infinity();
        return text == "inf" ? infinity : -infinity;
    }
    if (text == "nan" || text == "skip") {
        return std::numeric_limits<double>::quiet_NaN();
    }
    throw std::runtime_error("not a number in the oracle data: \"" + text + "\"");
}

array read_array(json const& value)
{
    array result;
    result.dtype = value.value("dtype", "float64");
    result.shape = value.at("shape").get<std::vector<std::size_t>>();
    for (auto const& element : value.at("data")) {
        auto const number = read_number(element);
        // nine digits, which only a float reads back exactly
        result.data.push_back(result.dtype == "float32" ? static_cast<float>(number) : number);
        result.skip.push_back(element == "skip");
    }
    return result;
}

std::optional<array> read_optional(json const& value)
{
    return value.is_null() ? std::nullopt : std::optional(read_array(value));
}

std::vector<std::optional<array>> read_optionals(json const& list)
{
    std::vector<std::optional<array>> result;
    for (auto const& value : list) {
        result.push_back(read_optional(value));
    }
    return result;
}

record read_record(std::string const& file, json const& value)
{
    record result{
        .file = file,
        .name = value.at("name"),
        .op = value.at("op"),
        .attributes = attribute_list(value.at("attrs")),
    };
    for (auto const& input : value.at("inputs")) {
        result.inputs.push_back(read_array(input));
    }
    if (value.contains("outputs")) {
        for (auto const& output : value.at("outputs")) {
            result.outputs.push_back(read_array(output));
        }
        result.output_gradients = read_optionals(value.at("out_grads"));
    } else {
        result.outputs.push_back(read_array(value.at("output")));
        if (value.contains("out_grad")) {
            result.output_gradients.push_back(read_optional(value.at("out_grad")));
        }
    }
    result.gradients = read_optionals(value.value("grads", json::array()));
    for (auto const& direction : value.value("tangents", json::array())) {
        result.tangents.push_back(read_optionals(direction));
    }
    result.results = read_optionals(value.value("results", json::array()));
    return result;
}

double unit_in_last_place(double magnitude, std::string const& dtype)
{
    if (dtype == "float32") {
        auto const value = static_cast<float>(magnitude);
        auto const above = std::nextafter(value, std::numeric_limits<float>::infinity());
        return std::isinf(above) ? double(value) - std::nextafter(value, 0.0f)
                                 : double(above) - double(value);
    }
    auto const above = std::nextafter(magnitude, std::numeric_limits<double>::infinity());
    return std::isinf(above) ? magnitude - std::nextafter(magnitude, 0.0) : above - magnitude;
}

double allowed_error(double expected, std::size_t index, array const& like, tolerance const& terms)
{
    if (expected == 0 && terms.exact_zeros) {
        return 0;
    }
    auto const magnitude = std::abs(expected);
    auto result = terms.relative * magnitude + terms.absolute;
    if (terms.ulps > 0) {
        auto const unit = unit_in_last_place(std::max(magnitude, terms.ulp_floor), like.dtype);
        result += terms.ulps * unit;
    }
    if (!terms.weights.empty()) {
        result += terms.weight_relative * std::abs(terms.weights.at(index));
    }
    return result;
}

// How far outside: at most 0 agrees, infinity where no difference can be formed.
double excess(double actual, double expected, double allowed, bool zero_signs)
{
    auto const never = std::numeric_limits<double>::infinity();
    if (std::isnan(expected) || std::isnan(actual)) {
        return std::isnan(expected) && std::isnan(actual) ? 0 : never;
    }
    if (std::isinf(expected) || std::isinf(actual)) {
        return expected == actual ? 0 : never;
    }
    if (zero_signs && expected == 0 && actual == 0) {
        return std::signbit(expected) == std::signbit(actual) ? 0 : never;
    }
    return std::abs(actual - expected) - allowed;
}

template <class Extents>
std::string braced(Extents const& extents)
{
    std::ostringstream text;
    text << '{';
    for (auto const* separator = ""; auto extent : extents) {
        text << separator << extent;
        separator = ", ";
    }
    text << '}';
    return text.str();
}

std::string position(std::size_t index, std::vector<std::size_t> const& shape)
{
    std::vector<std::size_t> result(shape.size());
    for (auto axis = shape.size(); axis-- > 0;) {
        result[axis] = index % shape[axis];
        index /= shape[axis];
    }
    return braced(result);
}

json const& at(json const& object, std::string const& key)
{
    auto const found = object.find(key);
    if (found == object.end()) {
        throw std::out_of_range("the oracle record has no attribute \"" + key + "\"");
    }
    return *found;
}

template <class T>
std::vector<T> as_list(json const& value, T (*convert)(json const&))
{
    if (!value.is_array()) {
        return {convert(value)};
    }
    std::vector<T> result;
    for (auto const& element : value) {
        result.push_back(convert(element));
    }
    return result;
}

template <class T>
T convert(json const& value)
{
    return value.get<T>();
}

std::optional<std::string> named(record const& reference, std::optional<std::string> sentence)
{
    if (sentence) {
        sentence = reference.file + "/" + reference.name + ": " + *sentence;
    }
    return sentence;
}

} // namespace

attribute_list::attribute_list(json const& object) : object_(std::make_shared<json const>(object))
{}

bool attribute_list::has(std::string const& key) const
{
    return object_->contains(key);
}

bool attribute_list::is_null(std::string const& key) const
{
    return at(*object_, key).is_null();
}

bool attribute_list::is_list(std::string const& key) const
{
    return at(*object_, key).is_array();
}

bool attribute_list::is_text(std::string const& key) const
{
    return at(*object_, key).is_string();
}

double attribute_list::number(std::string const& key) const
{
    return read_number(at(*object_, key));
}

std::int64_t attribute_list::integer(std::string const& key) const
{
    return at(*object_, key).get<std::int64_t>();
}

bool attribute_list::boolean(std::string const& key) const
{
    return at(*object_, key).get<bool>();
}

std::string attribute_list::text(std::string const& key) const
{
    return at(*object_, key).get<std::string>();
}

std::vector<double> attribute_list::numbers(std::string const& key) const
{
    return as_list<double>(at(*object_, key), read_number);
}

std::vector<std::int64_t> attribute_list::integers(std::string const& key) const
{
    return as_list<std::int64_t>(at(*object_, key), convert);
}

std::vector<std::string> attribute_list::texts(std::string const& key) const
{
    return as_list<std::string>(at(*object_, key), convert);
}

json const& attribute_list::raw() const
{
    return *object_;
}

std::vector<record> const& load(std::string const& file)
{
    static std::map<std::string, std::vector<record>> files;
    auto const [entry, is_new] = files.try_emplace(file);
    if (is_new) {
        auto const path = std::string(XGRAD_ORACLE_DIRECTORY) + "/" + file + ".json";
        std::ifstream stream(path);
        if (!stream) {
            throw std::runtime_error("cannot read " + path);
        }
        auto const content = json::parse(stream);
        for (auto const& value : content.at("cases")) {
            entry->second.push_back(read_record(file, value));
        }
    }
    return entry->second;
}

double scale(array const& values)
{
    double result = 0;
    for (std::size_t i = 0; i < values.data.size(); ++i) {
        if (!values.skip[i] && std::isfinite(values.data[i])) {
            result = std::max(result, std::abs(values.data[i]));
        }
    }
    return result;
}

tolerance value_tolerance(record const& reference, std::size_t output)
{
    auto const s = scale(reference.outputs.at(output));
    auto const& file = reference.file;
    if (file == "elementwise") {
        return {.relative = 1e-12};
    }
    if (file == "edge") {
        return {.ulps = 4, .zero_signs = reference.attributes.boolean("zero_sign")};
    }
    if (file == "ulp") {
        // lgamma: 4 ulp, near its zeros 2 ulp of 1, which are 4 ulp of 1/2
        auto const floor = reference.attributes.has("near_zeros") ? 0.5 : 0.0;
        return {.ulps = reference.attributes.number("max_ulp"), .ulp_floor = floor};
    }
    if (file == "shape") {
        return {.relative = 1e-14, .absolute = 1e-14 * s};
    }
    if (file == "linalg" || file == "compose") {
        return {.relative = 1e-11, .absolute = 1e-11 * s};
    }
    return {.relative = 1e-12, .absolute = 1e-12 * s};
}

tolerance gradient_tolerance(record const& reference, std::size_t input)
{
    auto const& file = reference.file;
    if (file == "elementwise" || file == "edge") {
        tolerance result{
            .relative = 1e-12, .weight_relative = 1e-15, .exact_zeros = file == "edge"};
        auto const& weights = reference.output_gradients.at(0);
        if (weights && weights->shape == reference.gradients.at(input).value().shape) {
            result.weights = weights->data;
        } else if (weights) {
            result.absolute = result.weight_relative * scale(*weights);
        }
        return result;
    }
    double s = 0;
    for (auto const* list : {&reference.gradients, &reference.output_gradients}) {
        for (auto const& values : *list) {
            s = std::max(s, values ? scale(*values) : 0);
        }
    }
    auto relative = 1e-12;
    if (file == "shape") {
        relative = 1e-14;
    } else if (file == "linalg" || file == "compose") {
        relative = 1e-10;
    }
    return {.relative = relative, .absolute = relative * s};
}

std::optional<std::string>
compare(std::span<double const> actual, array const& expected, tolerance const& allowed)
{
    std::ostringstream text;
    text.precision(17);
    if (actual.size() != expected.data.size()) {
        text << "got " << actual.size() << " elements, expected " << expected.data.size();
        return text.str();
    }
    std::size_t failures = 0;
    std::size_t worst = 0;
    double worst_excess = 0;
    for (std::size_t i = 0; i < actual.size(); ++i) {
        if (expected.skip[i]) {
            continue;
        }
        auto const reference = expected.data[i];
        auto const bound = allowed_error(reference, i, expected, allowed);
        auto const outside = excess(actual[i], reference, bound, allowed.zero_signs);
        failures += outside > 0;
        if (outside > worst_excess) {
            worst = i;
            worst_excess = outside;
        }
    }
    if (failures == 0) {
        return std::nullopt;
    }
    text << "at " << position(worst, expected.shape) << " got " << actual[worst] << ", expected "
         << expected.data[worst];
    text.precision(3);
    text << ", error " << std::abs(actual[worst] - expected.data[worst]) << " where "
         << allowed_error(expected.data[worst], worst, expected, allowed) << " is allowed ("
         << failures << " of " << actual.size() << " elements differ)";
    return text.str();
}

std::optional<std::string>
compare(array const& actual, array const& expected, tolerance const& allowed)
{
    if (actual.shape != expected.shape) {
        return "got shape " + braced(actual.shape) + ", expected " + braced(expected.shape);
    }
    return compare(std::span(actual.data), expected, allowed);
}

std::optional<std::string>
compare_output(array const& actual, record const& reference, std::size_t output)
{
    auto const bound = value_tolerance(reference, output);
    return named(reference, compare(actual, reference.outputs.at(output), bound));
}

std::optional<std::string>
compare_gradient(array const& actual, record const& reference, std::size_t input)
{
    auto const bound = gradient_tolerance(reference, input);
    return named(reference, compare(actual, reference.gradients.at(input).value(), bound));
}

} // namespace oracle
