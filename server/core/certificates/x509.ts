// The library's decorators need this before anything of it is loaded.
import 'reflect-metadata'

export * from '@peculiar/x509'
