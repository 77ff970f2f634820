// Reference values and gradients, computed elsewhere at many digits: test/oracle/README.md says
// what the files hold. The JSON parser is compiled once, in oracle.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace oracle {

// Row-major. A true `skip` marks an element whose value is not specified.
struct array
{
    std::string dtype = "float64";
    std::vector<std::size_t> shape;
    std::vector<double> data;
    std::vector<bool> skip;
};

// The arguments of an operator that are not tensors. Asking for what is not there throws
// std::out_of_range with the key.
class attribute_list
{
public:
    explicit attribute_list(nlohmann::json const& object);

    bool has(std::string const& key) const;
    bool is_null(std::string const& key) const;
    bool is_list(std::string const& key) const;
    bool is_text(std::string const& key) const;

    double number(std::string const& key) const;
    std::int64_t integer(std::string const& key) const;
    bool boolean(std::string const& key) const;
    std::string text(std::string const& key) const;

    // a single value reads as a list of one
    std::vector<double> numbers(std::string const& key) const;
    std::vector<std::int64_t> integers(std::string const& key) const;
    std::vector<std::string> texts(std::string const& key) const;

    // for what is nested deeper, such as `slices`: include <nlohmann/json.hpp> to read it
    nlohmann::json const& raw() const;

private:
    std::shared_ptr<nlohmann::json const> object_;
};

// `null` in a file reads as an empty optional: no gradient, or not part of the loss.
struct record
{
    std::string file;
    std::string name;
    std::string op;
    std::vector<array> inputs = {};
    attribute_list attributes;
    std::vector<array> outputs = {};
    std::vector<std::optional<array>> output_gradients = {};
    std::vector<std::optional<array>> gradients = {};
    std::vector<std::vector<std::optional<array>>> tangents = {};
    std::vector<std::optional<array>> results = {};
};

// All records of test/oracle/<file>.json, in order. Read once, then kept.
std::vector<record> const& load(std::string const& file);

// |actual − expected| may be at most the sum of the four terms. The default asks for equality.
struct tolerance
{
    double relative = 0;              // times |expected|
    double absolute = 0;              //
    double ulps = 0;                  // units in the last place of `expected`, in its own format,
    double ulp_floor = 0;             // or of this, where |expected| is smaller
    double weight_relative = 0;       // times |weights[i]|
    std::vector<double> weights = {}; // one per element, or none
    bool exact_zeros = false;         // an expected 0 allows no error
    bool zero_signs = false;          // an expected 0 must have its sign
};

// The largest finite magnitude, not counting what is skipped: `s` of the README.
double scale(array const& values);

// The bounds of the README for the file that a record is from.
tolerance value_tolerance(record const& reference, std::size_t output = 0);
tolerance gradient_tolerance(record const& reference, std::size_t input = 0);

// Nothing if they agree; else a sentence that names the worst element. NaN equals NaN, infinities
// must be equal.
std::optional<std::string>
compare(std::span<double const> actual, array const& expected, tolerance const& allowed);

// the same, the shapes too
std::optional<std::string>
compare(array const& actual, array const& expected, tolerance const& allowed);

// compare() with the tolerance that belongs to the record; the sentence begins with its name
std::optional<std::string>
compare_output(array const& actual, record const& reference, std::size_t output = 0);
std::optional<std::string>
compare_gradient(array const& actual, record const& reference, std::size_t input = 0);

// The shape and elements of any tensor: whatever has shape(), begin() and end().
template <class Tensor>
array read(Tensor const& tensor)
{
    array result;
    for (auto extent : tensor.shape()) {
        result.shape.push_back(static_cast<std::size_t>(extent));
    }
    for (auto iterator = tensor.begin(); iterator != tensor.end(); ++iterator) {
        result.data.push_back(static_cast<double>(*iterator));
    }
    result.skip.assign(result.data.size(), false);
    return result;
}

} // namespace oracle
