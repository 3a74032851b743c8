import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["build/", "node_modules/", ".venv/"] },
  ...tseslint.configs.recommended,
  {
    files: ["assembly/**/*.ts", "lib/**/*.ts", "tests/unit/**/*.ts", "tests/**/*.entry.ts"],
    languageOptions: { parserOptions: { allowInvalidAST: true } },
    rules: {
      // AssemblyScript needs `// @ts-ignore: decorator` above function decorators; asc is its type checker.
      "@typescript-eslint/ban-ts-comment": "off",
      "@typescript-eslint/no-unused-vars": "off",
      "@typescript-eslint/no-inferrable-types": "off",
      "prefer-const": "off",
      // A throw is a trap, and a trap is 503 for every request of the worker.
      "no-restricted-syntax": ["error", { selector: "ThrowStatement", message: "the filter must not trap" }],
    },
  },
  {
    files: ["controller/**/*.ts", "tests/**/*.ts"],
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/no-explicit-any": "error",
    },
  },
  {
    files: ["controller/**/*.ts"],
    ignores: ["**/*.test.ts"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          name: "@kubernetes/client-node",
          allowTypeImports: true,
          message: "It is 60 MB: import() it where it is needed.",
        },
      ],
    },
  },
);
