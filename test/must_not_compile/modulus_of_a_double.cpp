// error: xgrad: x % y is for integers; of floating-point numbers fmod(x, y) is the same
#include <xgrad/xgrad.hpp>

int main()
{
    xgrad::tensor<double> const x = 1.;
    auto const y = x % 2;
}
