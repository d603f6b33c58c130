import js from "@eslint/js";

export default [
  { ignores: ["static/vendor/**"] },
  js.configs.recommended,
  {
    rules: {
      "no-undef": "off", // tsc --checkJs knows the browser's names
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-implicit-coercion": "error",
      "no-restricted-properties": ["error", { property: "innerHTML", message: "The server renders; never from text." }],
    },
  },
];
